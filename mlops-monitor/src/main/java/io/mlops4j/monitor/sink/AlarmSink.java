package io.mlops4j.monitor.sink;

import io.mlops4j.monitor.alarm.Alarm;
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
}
