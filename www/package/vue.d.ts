// <paymentsos-checkout> in templates of Vue 3: `import type {} from 'paymentsos-checkout/vue'`.

import type { DefineComponent } from 'vue';
import type { CheckoutAttributes, CheckoutEventMap, CheckoutProperties } from './class.js';

type Capitalized<Type extends string> = Type extends `${infer First}-${infer Rest}`
  ? `${Capitalize<First>}${Capitalized<Rest>}`
  : Capitalize<Type>;
type Handlers = { [Type in keyof CheckoutEventMap as `on${Capitalized<Type>}`]?: (event: CheckoutEventMap[Type]) => void };

declare module 'vue' {
  interface GlobalComponents {
    'paymentsos-checkout': DefineComponent<CheckoutAttributes & CheckoutProperties & Handlers>;
  }
}
