// The peer, like for like: its core, a method that redirects, one that is waited for, and 3-D Secure 2, set up as its documentation says.

import { AdyenCheckout, MBWay, Redirect, ThreeDS2Challenge, ThreeDS2DeviceFingerprint } from '@adyen/adyen-web';
import '@adyen/adyen-web/styles/adyen.css';

AdyenCheckout.register(Redirect, MBWay, ThreeDS2Challenge, ThreeDS2DeviceFingerprint);
const method = { type: 'paysafecard', name: 'Redirect' };
const checkout = await AdyenCheckout({
  environment: 'test',
  clientKey: `test_${'0'.repeat(28)}`,
  countryCode: 'US',
  locale: 'en-US',
  analytics: { enabled: false },
  amount: { value: 4097, currency: 'USD' },
  paymentMethodsResponse: { paymentMethods: [method] },
  onSubmit: (_state, _component, actions) => actions.reject(),
  onAdditionalDetails: () => {},
});
new Redirect(checkout, { ...method, showPayButton: true }).mount('#checkout');
