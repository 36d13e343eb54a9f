/** Hands a text to the browser to be saved; it goes nowhere else. */
export function saveFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** What a key's file is called. */
export function keyFileName(subscription: string, name: string): string {
  return `${subscription}-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-') || 'key'}.causeway-lock`;
}
