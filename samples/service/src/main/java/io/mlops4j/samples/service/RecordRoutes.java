package io.mlops4j.samples.service;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.samples.service.inference.Problem;
import io.mlops4j.samples.service.inference.ResponseBody;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The service's own API: one flight in, one delay out, and later the label. */
final class RecordRoutes {
  private static final Json.Reader<Flight> FLIGHT = Json.reader(Flight.class);
  private static final Json.Reader<Label> LABEL = Json.reader(Label.class);
  private static final Json.Writer<Delay> DELAY = Json.writer(Delay.class);

  private final RowModel<Flight, Delay> model;
  private final Optional<ModelMonitor> monitor;
  private final Calls calls;

  RecordRoutes(Model model, Optional<ModelMonitor> monitor, Calls calls) {
    this.model = model.rows(MethodHandles.lookup(), Flight.class, Delay.class);
    this.monitor = monitor;
    this.calls = calls;
  }

  void addTo(RoutesConfig routes) {
    routes.post("/predict", calls.admitted(this::predict));
    routes.post("/labels", calls.admitted(this::label));
  }

  private ResponseBody predict(Context http) {
    Flight flight = FLIGHT.read(calls.body(http));
    Delay delay = model.predict(flight, calls.options(http));
    String accepted = http.header("Accept");
    return accepted != null && accepted.startsWith("text/csv")
        ? ResponseBody.csv(Csv.write(delay))
        : ResponseBody.json(DELAY.write(delay));
  }

  /**
   * What happened.
   *
   * @param id the id that came with the prediction
   * @param late whether the flight was late
   */
  private record Label(@Nullable String id, boolean late) {}

  private ResponseBody label(Context http) {
    Label label = LABEL.read(calls.body(http));
    if (monitor.isEmpty()) {
      throw new Problem(
          Problem.Kind.NOT_FOUND, "labels: nothing is monitored; set MLOPS_REFERENCE");
    }
    monitor.get().label(id(label.id()), label.late() ? 1 : 0);
    http.status(202);
    return ResponseBody.json(new byte[0]);
  }

  private static PredictionId id(@Nullable String text) {
    if (text == null) {
      throw Problem.badInput("id: found no value, expected that of a prediction");
    }
    try {
      return PredictionId.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Kind.BAD_INPUT, String.valueOf(e.getMessage()));
    }
  }
}
