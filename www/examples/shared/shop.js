// What is a shop's own: its backend makes the order and the payment, and PaymentsOS makes a token of the shopper's card.

async function ask(path, body) {
  const reply = await fetch(path, body && {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path}: ${reply.status}`);
  return reply.json();
}

/** The order that the address names, or a new one. */
export function order(id) {
  return id ? ask(`/shop/orders/${encodeURIComponent(id)}`) : ask('/shop/orders', {});
}

/** A token of a test card with 3-D Secure. A real shop uses PayU's Secure Fields here, so that no card number reaches its pages. */
export async function paymentMethod() {
  const config = await ask('/shop/config');
  const reply = await fetch(`${config.paymentsos_url}/tokens`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json', 'public-key': config.public_key,
      'x-payments-os-env': config.environment, 'api-version': '1.3.0',
    },
    body: JSON.stringify({
      token_type: 'credit_card', holder_name: 'Ada Byron', card_number: '4000000000003220', expiration_date: '12-2031', credit_card_cvv: '123',
    }),
  });
  if (!reply.ok) throw new Error(`tokens: ${reply.status}`);
  const card = await reply.json();
  return { type: 'tokenized', token: card.token, credit_card_cvv: card.encrypted_cvv };
}
