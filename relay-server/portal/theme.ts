/**
 * The look: one calm colour of deep water, cool greys, in a light and a dark scheme. Every text colour
 * here has a contrast of 4.5 or more on its ground (WCAG 2.2, 1.4.3); Mantine's own dimmed grey has not.
 */
import {
  ActionIcon,
  Alert,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  Loader,
  Menu,
  Modal,
  NavLink,
  Notification,
  Tooltip,
} from '@mantine/core';

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
  headings: {
    fontFamily: SYSTEM_FONTS,
    fontWeight: '650',
    textWrap: 'balance',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  radius: { xs: '0.25rem', sm: '0.375rem', md: '0.5rem', lg: '0.75rem', xl: '1.25rem' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    // Mantine's own yellow is too pale for words.
    Alert: Alert.extend({
      styles: (_, { color }) => (color === 'yellow' ? { title: { color: 'var(--causeway-warn)' } } : {}),
    }),
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    Drawer: Drawer.extend({ defaultProps: { attributes: HEADER_IS_NO_BANNER } }),
    // Without the placeholder: a menu may have nothing but items in it (WAI-ARIA 1.2, menu).
    // What turns is a word only to eyes; a name needs something that it is the name of (ARIA 1.2, aria-label).
    Loader: Loader.extend({ defaultProps: { role: 'status' } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', withInitialFocusPlaceholder: false } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, radius: 'lg', padding: 'lg', attributes: HEADER_IS_NO_BANNER },
    }),
    NavLink: NavLink.extend({ defaultProps: { variant: 'light' } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: false } },
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
    '--causeway-canvas': '#f4f7f8',
    '--causeway-line': '#e1e7eb',
    '--causeway-good': '#1a7341',
    '--causeway-warn': '#8f5b00',
    '--causeway-bad': '#c22f2f',
    '--causeway-idle': '#5a6672',
  },
  dark: {
    '--mantine-color-text': '#dbe2e9',
    '--mantine-color-dimmed': '#9fabb8',
    '--mantine-color-placeholder': '#94a1af',
    '--mantine-color-error': '#ff9c9c',
    '--mantine-color-default-border': '#37424f',
    '--causeway-canvas': '#11161c',
    '--causeway-line': '#29323c',
    '--causeway-good': '#5fd08f',
    '--causeway-warn': '#f0b75a',
    '--causeway-bad': '#ff9c9c',
    '--causeway-idle': '#9fabb8',
  },
});
