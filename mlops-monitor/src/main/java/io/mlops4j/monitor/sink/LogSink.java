package io.mlops4j.monitor.sink;

import io.mlops4j.monitor.alarm.Alarm;
import io.mlops4j.monitor.internal.OneLine;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs each alarm with SLF4J: one line for people, and the fields of {@link AlarmSink#schema} as
 * the key {@code alarm}, for backends of structured logs. Control characters in names and texts are
 * replaced, so no name can begin a line of its own. Thread safe.
 */
public final class LogSink implements AlarmSink {
  private final Logger logger;
  private final Level level;
  private final Deliveries deliveries = new Deliveries();

  private LogSink(Logger logger, Level level) {
    this.logger = Objects.requireNonNull(logger, "logger");
    this.level = Objects.requireNonNull(level, "level");
  }

  /**
   * Returns a sink that logs at level {@code WARN}.
   *
   * @param logger the name of the logger
   * @return a sink
   */
  public static LogSink to(String logger) {
    return to(LoggerFactory.getLogger(Objects.requireNonNull(logger, "logger")), Level.WARN);
  }

  /**
   * Returns a sink.
   *
   * @param logger the logger
   * @param level the level; an alarm counts as delivered even if the logger drops this level
   * @return a sink
   */
  public static LogSink to(Logger logger, Level level) {
    return new LogSink(logger, level);
  }

  @Override
  public void accept(Alarm alarm) {
    String line = AlarmJson.line(alarm, null);
    try {
      logger.atLevel(level).addKeyValue("alarm", line).log("{}", OneLine.of(alarm.toString()));
    } catch (RuntimeException e) {
      throw deliveries.failed("cannot log " + alarm.id() + ": " + e, e);
    }
    deliveries.delivered();
  }

  @Override
  public SinkStatus status() {
    return deliveries.status();
  }

  /** {@return the logger, for people} */
  @Override
  public String toString() {
    return "alarms to the logger " + logger.getName();
  }
}
