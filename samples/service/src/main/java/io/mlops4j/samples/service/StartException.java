package io.mlops4j.samples.service;

import java.io.Serial;
import java.nio.channels.UnresolvedAddressException;

/** The service cannot start here; the message says what to do. */
final class StartException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Another process has the port, or the host is not one of this machine.
   *
   * @param setting the setting of the port
   */
  static StartException cannotListen(String setting, String host, int port, Throwable cause) {
    Throwable first = cause;
    for (Throwable next = cause.getCause(); next != null; next = next.getCause()) {
      first = next;
    }
    return new StartException(
        "cannot listen at %s:%d: %s; change %s or MLOPS_HOST, or end the process that listens there"
            .formatted(host, port, reason(first), setting),
        cause);
  }

  /**
   * A file that a setting names cannot be read, or does not fit the model, or a folder cannot be
   * written.
   *
   * @param setting the setting of the file or folder
   */
  static StartException cannotUse(String setting, Throwable cause) {
    return new StartException(
        "%s: %s; name another, or unset it".formatted(setting, reason(cause)), cause);
  }

  private static String reason(Throwable cause) {
    if (cause instanceof UnresolvedAddressException) {
      return "found no such host";
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
