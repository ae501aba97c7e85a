import { createRoot } from 'react-dom/client';
import '../../shared/page.css';
import { order } from '../../shared/shop.js';
import { Pay } from './Pay';

const placed = await order(new URLSearchParams(location.search).get('order'));
createRoot(document.querySelector('#app')!).render(<Pay order={placed} />);
