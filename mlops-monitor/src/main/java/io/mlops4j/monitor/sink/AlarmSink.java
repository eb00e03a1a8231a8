package io.mlops4j.monitor.sink;

import io.mlops4j.monitor.alarm.Alarm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * An action that delivers alarms: {@code monitor.onAlarm(sink)}. One sink may serve several
 * monitors. Thread safe. It holds nothing open, so there is nothing to close.
 */
public sealed interface AlarmSink extends Consumer<Alarm>
    permits JsonLinesSink, WebhookSink, LogSink {
  /**
   * Delivers an alarm, and returns when it is delivered.
   *
   * @param alarm the alarm
   * @throws io.mlops4j.error.DataException if it cannot be delivered; a monitor counts and logs it
   */
  @Override
  void accept(Alarm alarm);

  /** {@return the deliveries and failures so far} */
  SinkStatus status();

  /**
   * Returns the schema of alarms as files, webhooks and logs have them: one line of JSON of at most
   * 65,536 bytes. Names and texts are cut, and findings that do not fit are left out and counted.
   * Fields may be added; those of this version stay.
   *
   * @return JSON Schema, draft 2020-12
   */
  static String schema() {
    try (InputStream in = AlarmSink.class.getResourceAsStream("alarm.schema.json")) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks alarm.schema.json");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read alarm.schema.json of the jar", e);
    }
  }
}
