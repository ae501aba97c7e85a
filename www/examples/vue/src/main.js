import { createApp } from 'vue';
import '../../shared/page.css';
import { order } from '../../shared/shop.js';
import Pay from './Pay.vue';

order(new URLSearchParams(location.search).get('order')).then((placed) => createApp(Pay, { order: placed }).mount('#app'));
