/** A headless Chromium, the same that benchmarks drive. */
export { launchChromium } from '../../bench/support/chromium.ts';
