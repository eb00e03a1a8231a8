package io.mlops4j.flink;

import io.mlops4j.runtime.registry.RegistryAddress;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

public class ScoreStream {
  public record Flight(float distance, int hour, int weekday, String origin, String destination) {}

  public record Delay(float probability) {}

  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.enableCheckpointing(10_000);
    FlinkModel<Flight, Delay> model =
        FlinkModel.load(
            RegistryAddress.folder("registry"), "flight-delay@champion", Flight.class, Delay.class);
    DataStream<Flight> flights = flink.fromData(new Flight(2176, 7, 1, "LAS", "PHL"));
    ScoredStream<Flight, Delay> scored = model.score(flights);
    scored.answers().print(); // Scored[row=Flight[...], answer=Delay[...], version=flight-delay:3]
    flink.execute("score flights");
  }
}
