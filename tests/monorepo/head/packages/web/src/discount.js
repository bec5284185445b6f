function discount(cart, percent) {
  if (percent > 50) {
    throw new Error('too much');
  }
  return cart.map((item) => ({ ...item, price: item.price * (1 - percent / 100) }));
}

module.exports = { discount };
