// Registers <paymentsos-checkout>.

import { define } from './class.js';

export { PaymentsosCheckout } from './class.js';

define();
