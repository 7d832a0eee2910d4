// The demo page: React lays out, the package's custom elements are the controls.
import { defineElements } from '@dawg-ai/engine/gui';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { Studio } from './studio.js';

defineElements();
const root = document.getElementById('app');
if (root) {
    const studio = new Studio();
    createRoot(root).render(<App studio={studio} />);
    void studio.start();
}
