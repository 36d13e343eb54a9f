/** The files in the data directory that hold the server's keys: with the database they are the server. */
export const TLS_KEY_FILE = 'tls-key.pem';
export const TLS_CERTIFICATE_FILE = 'tls-certificate.pem';
export const GRANT_KEY_FILE = 'grant-key.pem';

export const KEY_FILES = [TLS_KEY_FILE, TLS_CERTIFICATE_FILE, GRANT_KEY_FILE] as const;
