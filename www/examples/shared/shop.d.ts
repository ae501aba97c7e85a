import type { PaymentMethod } from 'paymentsos-checkout';

export interface Order {
  order_id: string;
  payment_id: string;
  amount: number;
  currency: string;
}

export function order(id?: string | null): Promise<Order>;
export function paymentMethod(): Promise<PaymentMethod>;
