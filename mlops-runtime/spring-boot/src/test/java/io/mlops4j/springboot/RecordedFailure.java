package io.mlops4j.springboot;

import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;

/** Gets what Spring Boot would print, which calls it from {@code spring.factories}. */
public final class RecordedFailure implements FailureAnalysisReporter {
  static final List<FailureAnalysis> REPORTS = new ArrayList<>();

  @Override
  public void report(FailureAnalysis analysis) {
    REPORTS.add(analysis);
  }
}
