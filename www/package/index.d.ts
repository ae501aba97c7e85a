// Registers <paymentsos-checkout> when it is imported.

export * from './class.js';
