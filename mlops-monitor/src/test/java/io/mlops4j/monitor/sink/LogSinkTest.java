package io.mlops4j.monitor.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.monitor.MadeAlarms;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.spi.LoggingEventAware;

class LogSinkTest {
  @SuppressWarnings("serial")
  private static final class Kept extends LegacyAbstractLogger implements LoggingEventAware {
    private final List<LoggingEvent> events = new ArrayList<>();
    private boolean broken;

    @Override
    public void log(LoggingEvent event) {
      if (broken) {
        throw new IllegalStateException("the disk of the log is full");
      }
      events.add(event);
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level,
        @Nullable Marker marker,
        String message,
        Object @Nullable [] arguments,
        @Nullable Throwable thrown) {
      throw new AssertionError("expected events");
    }

    @Override
    protected String getFullyQualifiedCallerName() {
      return AbstractLogger.class.getName();
    }

    @Override
    public boolean isTraceEnabled() {
      return true;
    }

    @Override
    public boolean isDebugEnabled() {
      return true;
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }
  }

  private final Kept logger = new Kept();

  @Test
  void anAlarmIsOneLineWithItsFields() {
    LogSink sink = LogSink.to(logger, Level.ERROR);
    sink.accept(MadeAlarms.drift(1, "x"));
    LoggingEvent event = logger.events.get(0);
    assertThat(event.getLevel()).isEqualTo(Level.ERROR);
    assertThat((String) event.getArguments().get(0))
        .startsWith("alarm-1 of incident-1 on m:2")
        .endsWith("x moved");
    assertThat(event.getKeyValuePairs().get(0).key).isEqualTo("alarm");
    assertThat((String) event.getKeyValuePairs().get(0).value).startsWith("{\"format\":");
    assertThat(sink.status().delivered()).isEqualTo(1);
  }

  @Test
  void aNameCannotBeginALine() {
    LogSink.to(logger, Level.WARN)
        .accept(MadeAlarms.drift(1, "a\r\nERROR all is lost\u2028\u202e\u001b[2J"));
    String line = (String) logger.events.get(0).getArguments().get(0);
    assertThat(line)
        .contains("a\ufffd\ufffdERROR all is lost\ufffd\ufffd\ufffd[2J")
        .doesNotContain("\n", "\r", "\u2028", "\u001b");
  }

  @Test
  void aLoggerThatFailsIsCounted() {
    logger.broken = true;
    LogSink sink = LogSink.to(logger, Level.WARN);
    assertThatThrownBy(() -> sink.accept(MadeAlarms.drift(1, "x")))
        .isInstanceOf(DataException.class);
    assertThat(sink.status().failed()).isEqualTo(1);
    assertThat(sink.status().lastFailure().orElseThrow()).contains("the disk of the log is full");
  }

  @Test
  void aSinkIsMadeOfAName() {
    LogSink sink = LogSink.to("alarms");
    sink.accept(MadeAlarms.drift(1, "x"));
    assertThat(sink.status().delivered()).isEqualTo(1);
  }
}
