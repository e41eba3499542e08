/** A headless Chromium, the same that prints reports. */
export { launchChromium } from '#platform/chromium.ts';
