package io.mlops4j.samples.service;

import java.io.Serial;

/** The settings are wrong; the message lists every problem. */
final class SettingsException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  SettingsException(String message) {
    super(message);
  }
}
