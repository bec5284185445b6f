const { discount } = require('../src/discount');

test('a tenth off', () => {
  expect(discount([{ price: 10 }], 10)).toEqual([{ price: 9.5 }]);
});
