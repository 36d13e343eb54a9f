/** Short messages in the corner. What went wrong in a form or dialog is said there instead. */
import { notifications } from '@mantine/notifications';
import { Check, CircleAlert } from 'lucide-react';
import { inWords } from './refusal-alert.tsx';

const REFUSAL_SHOWN_MS = 12_000;

/** @param message what was done: "3 computers moved to Office." */
export function notifyDone(message: string): void {
  notifications.show({ message, color: 'tide', icon: <Check size={16} aria-hidden />, withBorder: true });
}

export function notifyRefusal(error: unknown): void {
  const { message, remedy, code } = inWords(error);
  notifications.show({
    title: message,
    message: `${remedy} (${code})`,
    color: 'red.8',
    icon: <CircleAlert size={16} aria-hidden />,
    autoClose: REFUSAL_SHOWN_MS,
    withBorder: true,
    role: 'alert',
  });
}
