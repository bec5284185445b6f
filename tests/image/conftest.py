from tests.support.container import image

__all__ = ["image"]
