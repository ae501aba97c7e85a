// The least that can tell a result: it asks for it, and asks again.

const status = document.querySelector('#status');
const back = new URLSearchParams(location.search);
const address = `/api/payments/${back.get('payment_id')}/charges/${back.get('charge_id')}`;
for (let asked = 0; status.dataset.state === 'confirming'; asked += 1) {
  const reply = await fetch(address, { headers: asked ? { Prefer: 'wait=25' } : {} });
  const charge = await reply.json();
  status.textContent = charge.result.status;
  if (charge.result.status === 'Succeed') status.dataset.state = 'succeeded';
}
