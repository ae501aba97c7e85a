import { mount } from 'svelte';
import '../../shared/page.css';
import { order } from '../../shared/shop.js';
import Pay from './Pay.svelte';

order(new URLSearchParams(location.search).get('order')).then((placed) => mount(Pay, {
  target: document.querySelector('#app'), props: { order: placed },
}));
