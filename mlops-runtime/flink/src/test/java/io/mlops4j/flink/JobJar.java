package io.mlops4j.flink;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.nio.file.Path;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** The program of a job jar: scores numbers, and reads a file through DuckDB in its tasks. */
public final class JobJar {
  /** How many rows are right, and how many the file has for each subtask. */
  private static final class Counting extends RichMapFunction<Scored<Point, Point.Sum>, Boolean> {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final LongCounter right = new LongCounter();

    Counting(String file) {
      this.file = file;
    }

    @Override
    public void open(OpenContext context) {
      JobLoaders.add(getClass().getClassLoader());
      getRuntimeContext().addAccumulator("right", right);
      LongCounter read = new LongCounter();
      getRuntimeContext().addAccumulator("read", read);
      try (ModelRuntime runtime = ModelRuntime.open();
          FeatureReader batches = runtime.read(Path.of(file))) {
        for (FeatureBatch batch : batches) {
          read.add(batch.rows());
        }
      }
    }

    @Override
    public Boolean map(Scored<Point, Point.Sum> scored) {
      boolean as = scored.answer().y() == scored.row().id() + 1;
      right.add(as ? 1 : 0);
      return as;
    }
  }

  private JobJar() {}

  /**
   * Builds the job.
   *
   * @param args the folder of the registry, and a file
   */
  public static void main(String[] args) throws Exception {
    JobLoaders.add(JobJar.class.getClassLoader());
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();
    flink.setParallelism(2);
    DataStream<Point> points =
        flink
            .fromSequence(0, JobJarTest.ROWS - 1)
            .map(id -> new Point(id, (float) id))
            .returns(TypeInformation.of(Point.class));
    FlinkModel.load(
            RegistryAddress.folder(args[0]), "plus@champion", Point.Features.class, Point.Sum.class)
        .score(points, Point::features)
        .answers()
        .map(new Counting(args[1]))
        .sinkTo(new DiscardingSink<>());
    flink.execute("job jar");
  }
}
