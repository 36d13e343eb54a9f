/**
 * A process as a service of Windows (winsvc.h): its side of the service control manager's protocol, and
 * nothing of what the service does. By koffi and not by a wrapper program, because the calls are five, and a
 * wrapper would be one more executable to sign, to keep alive and to explain.
 *
 * The dispatcher occupies a thread of its own until the service has stopped; what it calls back runs on
 * Node's own thread, while the one that called waits.
 */
import koffi from 'koffi';

const SERVICE_WIN32_OWN_PROCESS = 0x10;
const STATE = { stopped: 1, startPending: 2, stopPending: 3, running: 4 } as const;
const ACCEPTED = { stop: 0x1, shutdown: 0x4 } as const;
const CONTROL = { stop: 1, interrogate: 4, shutdown: 5 } as const;
const NO_ERROR = 0;
const ERROR_CALL_NOT_IMPLEMENTED = 120;
const ERROR_SERVICE_SPECIFIC_ERROR = 1066;

export interface ServiceWork {
  /** As it is registered under. */
  readonly name: string;
  /** What stopping may take. */
  readonly stopMs: number;
  /**
   * Does the service's work. @param stop aborted when Windows wants it to end
   * @returns when it has ended; rejects if it failed, which Windows then writes into its log
   */
  run(stop: AbortSignal): Promise<void>;
}

/**
 * Ends this process when the service has done its work, and says only then that it has stopped: an installer that
 * waits for that removes the files of the program next, which Windows lets nobody do while the process is there.
 * @throws Error when the service control manager did not start this process
 */
export async function runAsService(work: ServiceWork): Promise<never> {
  const library = koffi.load('advapi32.dll');
  koffi.struct('SERVICE_STATUS', {
    type: 'uint32_t',
    state: 'uint32_t',
    accepted: 'uint32_t',
    exitCode: 'uint32_t',
    specificExitCode: 'uint32_t',
    checkPoint: 'uint32_t',
    waitHint: 'uint32_t',
  });
  const mainType = koffi.pointer(koffi.proto('void __stdcall SERVICE_MAIN(uint32_t count, void *words)'));
  const handlerType = koffi.pointer(
    koffi.proto('uint32_t __stdcall SERVICE_HANDLER(uint32_t control, uint32_t type, void *data, void *context)'),
  );
  koffi.struct('SERVICE_TABLE_ENTRY', { name: 'str16', main: mainType });
  const dispatch = library.func('int __stdcall StartServiceCtrlDispatcherW(SERVICE_TABLE_ENTRY *table)');
  const registerHandler = library.func('RegisterServiceCtrlHandlerExW', 'uintptr_t', ['str16', handlerType, 'void *']);
  const setStatus = library.func('int __stdcall SetServiceStatus(uintptr_t service, SERVICE_STATUS *status)');

  const stop = new AbortController();
  let service = 0;
  const tell = (state: keyof typeof STATE, failed = false) =>
    setStatus(service, {
      type: SERVICE_WIN32_OWN_PROCESS,
      state: STATE[state],
      accepted: state === 'running' ? ACCEPTED.stop | ACCEPTED.shutdown : 0,
      exitCode: failed ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR,
      specificExitCode: failed ? 1 : 0,
      checkPoint: 0,
      waitHint: state === 'stopPending' ? work.stopMs : 0,
    });
  const handler = koffi.register((control: number) => {
    if (control === CONTROL.stop || control === CONTROL.shutdown) {
      tell('stopPending');
      stop.abort();
      return NO_ERROR;
    }
    return control === CONTROL.interrogate ? NO_ERROR : ERROR_CALL_NOT_IMPLEMENTED;
  }, handlerType);
  const main = koffi.register(() => {
    service = registerHandler(work.name, handler, null);
    tell('running');
    const end = (failed: boolean) => {
      process.once('exit', () => tell('stopped', failed));
      process.exit(failed ? 1 : 0);
    };
    work.run(stop.signal).then(
      () => end(false),
      () => end(true),
    );
  }, mainType);
  const { promise, reject } = Promise.withResolvers<never>();
  dispatch.async(
    [
      { name: work.name, main },
      { name: null, main: null },
    ],
    (error: unknown, answer: number) => {
      if (error !== null && error !== undefined) reject(error);
      else if (answer === 0) reject(new Error('This process was not started by the service control manager.'));
    },
  );
  return promise;
}
