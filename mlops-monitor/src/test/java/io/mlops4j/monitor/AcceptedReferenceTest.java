package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.reference.MadeDays;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.monitor.report.JsonReport;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * What a monitor says of its reference after rows were accepted and its process was started anew.
 */
class AcceptedReferenceTest {
  private static final int LEARNED = 28;
  private static final int ROWS = 1_000;
  private static final Pattern ON_PAGE = Pattern.compile("Reference: (.*?)\\.</p>");

  @TempDir Path temp;

  /**
   * A process that watches days. Arguments: the reference, the folder of the state, shifts of x.
   */
  static final class Watching {
    private final BufferAllocator allocator;
    private final ManualClock clock = new ManualClock();
    private final MadeDays days;

    private Watching(BufferAllocator allocator) {
      this.allocator = allocator;
      this.days = new MadeDays(allocator, new Random(7), ROWS, 1, 0.15);
    }

    public static void main(String[] args) throws Exception {
      Reference reference = Reference.fromBytes(Files.readAllBytes(Path.of(args[0])));
      try (BufferAllocator allocator = new RootAllocator()) {
        new Watching(allocator).work(reference, Path.of(args[1]), args[2]);
      }
    }

    private void work(Reference reference, Path folder, String task) {
      clock.set(MadeDays.instant(MadeDays.MONDAY.plusDays(LEARNED)));
      byte[] state;
      try (ModelMonitor monitor =
          ModelMonitor.builder(reference).everyRow().clock(clock).stateIn(folder).start()) {
        if (task.equals("accept")) {
          day(monitor, 0, 3);
          day(monitor, 1, 3); // ends the window of Monday
          print("incidents", monitor.incidents().size());
          monitor.acceptAsReference();
        }
        facts(monitor);
        state = monitor.snapshot();
      }
      if (task.equals("judge")) {
        try (ModelMonitor monitor =
            ModelMonitor.builder(reference).everyRow().clock(clock).restore(state).start()) {
          facts(monitor);
          day(monitor, 7, 3);
          day(monitor, 8, 0);
          window(monitor, reference);
          day(monitor, 9, 0);
          window(monitor, reference);
          for (int day = 10; day < 14; day++) {
            day(monitor, day, 0);
          }
          day(monitor, 14, 0);
          day(monitor, 15, 0);
          window(monitor, reference);
        }
      }
    }

    private void day(ModelMonitor monitor, int number, double shift) {
      LocalDate date = MadeDays.MONDAY.plusDays(LEARNED + (long) number);
      clock.set(MadeDays.instant(date));
      try (FeatureBatch all = days.day(date, shift);
          FeatureBatch none = FeatureBatch.builder(allocator).rows(ROWS).build()) {
        FeatureBatch rows =
            FeatureBatch.of(VectorSchemaRoot.of(all.column("x"), all.column("noise")));
        monitor.onInference(Events.answered(Events.version(1), rows, none));
      }
      monitor.flush();
    }

    private static void facts(ModelMonitor monitor) {
      MonitorHistory history = monitor.history();
      Matcher page = ON_PAGE.matcher(HtmlReport.of(history).toHtml());
      print("history", history.reference().orElseThrow());
      print("page", page.find() ? page.group(1).replaceAll("<[^>]*>", "") : "nothing");
      print("profile", monitor.reference().digest());
      print("Monday", monitor.referenceSlices().orElseThrow().slice("Mon").digest());
      print("Tuesday", monitor.referenceSlices().orElseThrow().slice("Tue").digest());
    }

    private static void window(ModelMonitor monitor, Reference reference) {
      WindowReport window = monitor.newestWindow().orElseThrow();
      JsonNode json = json(JsonReport.of(window.drift()).toJson());
      print("compared with", json.at("/reference/digest").textValue());
      for (JsonNode slice : json.at("/slices/slices")) {
        print("slice", slice.get("name").textValue() + " " + slice.get("driftedFeatures"));
      }
      print(
          "factor",
          window.drift().policy().feature("x").boundFactor() / reference.boundFactors().get("x"));
    }

    private static JsonNode json(String text) {
      try {
        return new ObjectMapper().readTree(text);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    private static void print(String what, Object value) {
      System.out.println(what + ": " + value);
    }
  }

  /** Prints what a monitor logs; SLF4J finds it by a system property. */
  public static final class PrintingLogs extends AbstractLogger
      implements SLF4JServiceProvider, ILoggerFactory {
    private static final long serialVersionUID = 1;

    @Override
    protected String getFullyQualifiedCallerName() {
      return PrintingLogs.class.getName();
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level, Marker marker, String pattern, Object[] arguments, Throwable cause) {
      System.out.println("log: " + MessageFormatter.basicArrayFormat(pattern, arguments));
    }

    @Override
    public org.slf4j.Logger getLogger(String name) {
      return this;
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isTraceEnabled(Marker marker) {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled(Marker marker) {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return true;
    }

    @Override
    public boolean isInfoEnabled(Marker marker) {
      return true;
    }

    @Override
    public boolean isWarnEnabled() {
      return true;
    }

    @Override
    public boolean isWarnEnabled(Marker marker) {
      return true;
    }

    @Override
    public boolean isErrorEnabled() {
      return true;
    }

    @Override
    public boolean isErrorEnabled(Marker marker) {
      return true;
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
      return this;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
      return new BasicMarkerFactory();
    }

    @Override
    public MDCAdapter getMDCAdapter() {
      return new NOPMDCAdapter();
    }

    @Override
    public String getRequestedApiVersion() {
      return "2.0.99";
    }

    @Override
    public void initialize() {}
  }

  private List<String> run(Path reference, Path folder, String task) throws Exception {
    ProcessBuilder builder = ChildProcess.java(Watching.class, reference, folder, task);
    builder.command().add(1, "-Dslf4j.provider=" + PrintingLogs.class.getName());
    Process child = ChildProcess.start(builder.redirectError(ProcessBuilder.Redirect.INHERIT));
    try (BufferedReader out = child.inputReader()) {
      List<String> lines = out.lines().toList();
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).as(String.join("\n", lines)).isZero();
      return lines;
    }
  }

  private static List<String> values(List<String> lines, String what) {
    return lines.stream()
        .filter(line -> line.startsWith(what + ": "))
        .map(line -> line.substring(what.length() + 2))
        .toList();
  }

  @Test
  void pageLogAndSnapshotAgreeAfterARestart() throws Exception {
    Reference reference;
    try (BufferAllocator allocator = new RootAllocator()) {
      reference = new MadeDays(allocator, new Random(5), ROWS, 1, 0.15).reference(LEARNED);
    }
    Path learned = Files.write(temp.resolve("learned"), reference.toBytes());
    Path state = temp.resolve("state");

    List<String> first = run(learned, state, "accept");
    List<String> second = run(learned, state, "judge");

    assertThat(values(first, "incidents")).containsExactly("1");
    assertThat(values(first, "log: monitor")).containsExactly(reference.toString());
    String accepted = reference + "; rows of a later window were accepted in place of those of Mon";
    for (List<String> said : List.of(first, second)) {
      assertThat(values(said, "history")).containsOnly(accepted);
      assertThat(values(said, "page")).containsOnly(accepted);
    }
    // the folder's monitor, and the one that was restored from its snapshot
    assertThat(values(second, "log: monitor")).containsExactly(accepted, accepted);

    String profile = values(first, "profile").get(0);
    String monday = values(first, "Monday").get(0);
    String tuesday = reference.slices().orElseThrow().slice("Tue").digest().toString();
    assertThat(profile).isNotEqualTo(reference.profile().digest().toString());
    assertThat(monday)
        .isNotEqualTo(reference.slices().orElseThrow().slice("Mon").digest().toString());
    assertThat(values(second, "profile")).containsExactly(profile, profile);
    assertThat(values(second, "Monday")).containsExactly(monday, monday);
    assertThat(values(second, "Tuesday")).containsExactly(tuesday, tuesday);

    // Mondays like the accepted one are healthy, and so are the other days like those before
    assertThat(values(second, "slice")).containsExactly("Mon []", "Tue []", "Mon [\"x\"]");
    assertThat(values(second, "compared with")).containsExactly(monday, tuesday, monday);
    assertThat(values(second, "factor")).containsOnly("1.0"); // the bound that was learned
  }
}
