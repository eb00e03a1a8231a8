package io.mlops4j.spark;

import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The blocks of the guide behind its program. */
@SuppressWarnings("UnusedVariable")
final class GuideBlocks {
  private GuideBlocks() {}

  static void database(String password) {
    RegistryAddress registry =
        RegistryAddress.jdbc(
            "jdbc:postgresql://host/models", Map.of("user", "scoring", "password", password));
  }

  static void sql(SparkSession spark, SparkModel model) {
    model.register("delay");
    spark.sql("SELECT flight_id, delay(struct(*)).probability FROM flights");
  }

  static void drift(SparkSession spark, RegistryAddress registry, Profile january, Dataset<Row> may)
      throws IOException {
    SparkModel model =
        SparkModel.builder(spark, registry, "flight-delay@champion").comparedWith(january).load();
    model.transform(may).write().parquet("may-scored.parquet");
    HtmlReport.of(model.drift()).write(Path.of("may.html"));
  }

  static void pipeline(SparkModel model, Dataset<Row> may, Dataset<Row> june) throws IOException {
    Pipeline pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new StringIndexer().setInputCol("origin").setOutputCol("number"),
                  new VectorAssembler()
                      .setInputCols(new String[] {"number", "hours"})
                      .setOutputCol("x"),
                  ModelTransformer.of(model)
                });
    PipelineModel fitted = pipeline.fit(may);
    fitted.write().save("pipeline");
    PipelineModel.load("pipeline").transform(june).write().parquet("june-scored.parquet");
  }
}
