from postage.labels import WIDTH, barcode, label, wrap


def test_short_lines_stay():
    assert wrap("12 Mill Lane") == ["12 Mill Lane"]


def test_lines_break_between_words():
    assert wrap("Flat 4, 12 Upper Mill Lane East") == ["Flat 4, 12 Upper Mill", "Lane East"]


def test_no_row_is_wider_than_the_label():
    widest = max(map(len, wrap("Donaudampfschifffahrtsgesellschaft")))
    assert widest <= WIDTH


def test_label_at_home():
    assert label("Ada Byron", "12 Mill Lane", "Leeds") == "Ada Byron\n12 Mill Lane\nLeeds"


def test_label_abroad():
    assert label("Ada Byron", "12 Mill Lane", "Leeds", "England").endswith("\nENGLAND")


def test_barcode():
    assert barcode(12345678901) == "123456789012"
