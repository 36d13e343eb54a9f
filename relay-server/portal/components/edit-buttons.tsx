/**
 * The buttons below a form that changes one thing. While two edits stand against each other the way to save
 * is in {@link EditConflict}, so here is only the way out.
 */
import { Button, Group } from '@mantine/core';

export interface EditButtonsProps {
  /** "Save", "Rename". */
  readonly label: string;
  readonly saving: boolean;
  readonly inConflict: boolean;
  onCancel(): void;
}

export function EditButtons({ label, saving, inConflict, onCancel }: EditButtonsProps) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
      {!inConflict && (
        <Button type="submit" loading={saving}>
          {label}
        </Button>
      )}
    </Group>
  );
}
