package io.mlops4j.bench.scale;

import ai.djl.engine.Engine;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.bench.ratios.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** {@code ratios scale}. */
public final class ScaleTopic implements Topic {
  /** All flights of the first half of 2001; the sample is repeated if they are not here. */
  private static final long ROWS = 3_000_000;

  /** Opens a side with the input file. */
  private interface Opener {
    Side open(Path in) throws Exception;
  }

  @Override
  public List<Comparison> comparisons() {
    return Stream.concat(files().stream(), SparkJob.comparisons(ROWS).stream()).toList();
  }

  private static List<Comparison> files() {
    return List.of(
        new Comparison(
            "scale.file.loop",
            "3 M flights, an Arrow file in, key and probability in an Arrow file out; "
                + FlightsFile.data(),
            "a loop around ONNX Runtime's Java API that reads and writes with Arrow's Java library",
            0.8,
            () -> withFile(ScoredFile::new),
            () -> withFile(OrtLoop::new)),
        new Comparison(
            "scale.file.djl",
            "the same; " + FlightsFile.data(),
            "the same loop around DJL",
            0.5,
            () -> withFile(in -> djlFirst(in)),
            () -> withFile(DjlLoop::new)),
        ReadFlights.comparison("csv", (int) ROWS),
        ReadFlights.comparison("parquet", (int) ROWS));
  }

  /** DJL refuses an ONNX Runtime environment that somebody else made: it must come first. */
  private static Side djlFirst(Path in) {
    Engine.getEngine("OnnxRuntime");
    return new ScoredFile(in);
  }

  private static Side withFile(Opener opener) throws Exception {
    Path folder = Files.createTempDirectory("mlops4j-scale");
    Path in = folder.resolve("flights.arrow");
    FlightsFile.write(in, ROWS);
    return new WithFile(folder, in, opener.open(in));
  }

  /** A side and its input file, which is deleted with it. */
  private record WithFile(Path folder, Path in, Side side) implements Side {
    @Override
    public float run() throws Exception {
      return side.run();
    }

    @Override
    public void close() throws IOException {
      side.close();
      Files.delete(in);
      Files.delete(folder);
    }
  }
}
