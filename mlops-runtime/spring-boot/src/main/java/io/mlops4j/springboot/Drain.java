package io.mlops4j.springboot;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.Ordered;

/**
 * Stops before the web server does. The readiness goes down, and for a while requests are still
 * answered, each with the end of its connection. Otherwise the web server closes connections on
 * which the next request is already on its way, and callers see a reset.
 */
final class Drain implements SmartLifecycle, Filter, Ordered {
  private final ApplicationContext application;
  private final Duration time;
  private volatile boolean running;
  private volatile boolean used;
  private volatile boolean draining;

  Drain(ApplicationContext application, Duration time) {
    this.application = application;
    this.time = time;
  }

  /** Also after a stop, as of a context that is restored from a checkpoint. */
  @Override
  public void start() {
    if (draining) {
      draining = false;
      AvailabilityChangeEvent.publish(application, ReadinessState.ACCEPTING_TRAFFIC);
    }
    running = true;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** The highest phase stops first; the web server's own is lower. */
  @Override
  public int getPhase() {
    return DEFAULT_PHASE;
  }

  @Override
  public void stop() {
    running = false;
    draining = true;
    AvailabilityChangeEvent.publish(application, ReadinessState.REFUSING_TRAFFIC);
    if (!used) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // stops at once
    }
  }

  /** Before all other filters, which may answer themselves. */
  @Override
  public int getOrder() {
    return HIGHEST_PRECEDENCE;
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!used) {
      used = true;
    }
    if (draining
        && response instanceof HttpServletResponse http
        && request.getProtocol().startsWith("HTTP/1")) {
      http.setHeader("Connection", "close");
    }
    chain.doFilter(request, response);
  }
}
