// The element in the templates of Vue and Svelte, as their compilers see it.

import type { GlobalComponents } from 'vue';
import type { SvelteHTMLElements } from 'svelte/elements';
import type {} from 'paymentsos-checkout/vue';
import type {} from 'paymentsos-checkout/svelte';

type Vue = InstanceType<GlobalComponents['paymentsos-checkout']>['$props'];
type Svelte = SvelteHTMLElements['paymentsos-checkout'];

export const inVue: Partial<Vue> = {
  backend: '/api', 'payment-id': 'p', kind: 'authorization', paymentMethod: () => ({ token: 't' }),
  onCheckoutResult: ({ detail }) => detail.state,
};
export const inSvelte: Svelte = {
  backend: '/api', 'payment-id': 'p', kind: 'authorization', paymentMethod: () => ({ token: 't' }),
  'oncheckout-result': ({ detail }) => detail.state, class: 'pay',
};
// @ts-expect-error: no such kind
export const gift: Svelte = { kind: 'gift' };
