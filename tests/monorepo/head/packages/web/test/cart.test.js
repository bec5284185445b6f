const { add, count } = require('../src/cart');

test('an item is added', () => {
  expect(count(add([], { price: 3 }))).toBe(1);
});

test('an item without a price is not added', () => {
  expect(add([], {})).toEqual([]);
});
