use paymentsos_checkout as _; fn main() {}
