/**
 * The look, of one family with the portal's: a calm colour of deep water and cool greys, in a light and a
 * dark scheme. Every text colour here has a contrast of 4.5 or more on its ground (WCAG 2.2, 1.4.3). Soft
 * grounds are variables of their own and no color-mix(), which the oldest Chromium of the tests lacks.
 */
import { ActionIcon, Button, type CSSVariablesResolver, createTheme, Menu, Modal } from '@mantine/core';

const SYSTEM_FONTS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif, "Apple Color Emoji", "Segoe UI Emoji"';

/** Mantine makes the head of a dialog a <header>, which beside the page's own would be a second banner. */
const HEADER_IS_NO_BANNER = { header: { role: 'presentation' } };

export const theme = createTheme({
  primaryColor: 'tide',
  primaryShade: { light: 7, dark: 6 },
  colors: {
    tide: [
      '#e9f6f8',
      '#d3ebef',
      '#a6d7df',
      '#75c1cd',
      '#4aabba',
      '#2894a5',
      '#117f91',
      '#0b6b7c',
      '#085766',
      '#04414d',
    ],
    gray: [
      '#f7f9fa',
      '#eff2f4',
      '#e4e9ec',
      '#d6dde2',
      '#c1cad2',
      '#9aa6b1',
      '#6c7884',
      '#515c67',
      '#38424c',
      '#1f272e',
    ],
    dark: [
      '#dbe2e9',
      '#b9c3ce',
      '#94a1af',
      '#6d7a89',
      '#37424f',
      '#2a333e',
      '#212932',
      '#1a2129',
      '#141a21',
      '#0e1318',
    ],
  },
  fontFamily: SYSTEM_FONTS,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "Roboto Mono", Menlo, monospace',
  headings: { fontFamily: SYSTEM_FONTS, fontWeight: '650' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  radius: { xs: '0.25rem', sm: '0.375rem', md: '0.5rem', lg: '0.75rem', xl: '1.25rem' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    Menu: Menu.extend({
      defaultProps: { shadow: 'md', position: 'bottom-end', withinPortal: false, withInitialFocusPlaceholder: false },
    }),
    Modal: Modal.extend({
      defaultProps: { centered: true, radius: 'lg', padding: 'lg', attributes: HEADER_IS_NO_BANNER },
    }),
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-text': '#1f272e',
    '--mantine-color-dimmed': '#5a6672',
    '--mantine-color-placeholder': '#6c7884',
    '--mantine-color-error': '#c22f2f',
    '--mantine-color-default-border': '#d6dde2',
    '--mantine-color-tide-light': '#e3f1f4',
    '--mantine-color-tide-light-hover': '#d3ebef',
    '--mantine-color-tide-light-color': '#085766',
    '--causeway-canvas': '#f4f7f8',
    '--causeway-card': '#ffffff',
    '--causeway-line': '#e1e7eb',
    '--causeway-accent': '#0b6b7c',
    '--causeway-accent-soft': '#e3f1f4',
    '--causeway-good': '#1a7341',
    '--causeway-good-soft': '#e8f4ed',
    '--causeway-warn': '#8f5b00',
    '--causeway-warn-soft': '#fbf2e0',
    '--causeway-bad': '#c22f2f',
    '--causeway-bad-soft': '#fbecec',
    '--causeway-idle': '#5a6672',
    '--causeway-idle-soft': '#edf1f3',
    '--causeway-received': '#117f91',
    '--causeway-sent': '#a3631b',
  },
  dark: {
    '--mantine-color-text': '#dbe2e9',
    '--mantine-color-dimmed': '#9fabb8',
    '--mantine-color-placeholder': '#94a1af',
    '--mantine-color-error': '#ff9c9c',
    '--mantine-color-default-border': '#37424f',
    '--mantine-color-tide-light': '#16333b',
    '--mantine-color-tide-light-hover': '#1c3f49',
    '--mantine-color-tide-light-color': '#a6d7df',
    '--causeway-canvas': '#11161c',
    '--causeway-card': '#1a2129',
    '--causeway-line': '#29323c',
    '--causeway-accent': '#75c1cd',
    '--causeway-accent-soft': '#16333b',
    '--causeway-good': '#5fd08f',
    '--causeway-good-soft': '#172e24',
    '--causeway-warn': '#f0b75a',
    '--causeway-warn-soft': '#33291a',
    '--causeway-bad': '#ff9c9c',
    '--causeway-bad-soft': '#382023',
    '--causeway-idle': '#9fabb8',
    '--causeway-idle-soft': '#242d37',
    '--causeway-received': '#4aabba',
    '--causeway-sent': '#e0a458',
  },
});
