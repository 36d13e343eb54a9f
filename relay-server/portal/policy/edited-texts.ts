/** What can be edited of a group or role on a form. */
import type { EditField } from '../components/edit-form.tsx';

export const EDITED_TEXTS: readonly EditField[] = [
  { key: 'name', label: 'Name', maxLength: 80, required: true },
  {
    key: 'description',
    label: 'Description',
    hint: 'For the next administrator. May stay empty.',
    maxLength: 500,
    multiline: true,
  },
];
