package io.mlops4j.spark;

import io.mlops4j.runtime.registry.RegistryAddress;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

public class ScoreFlights {
  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().appName("score flights").getOrCreate();
    RegistryAddress registry = RegistryAddress.folder("registry");
    try (SparkModel model = SparkModel.load(spark, registry, "flight-delay@champion")) {
      Dataset<Row> flights = spark.read().parquet("flights.parquet");
      model.transform(flights).write().parquet("scored.parquet");
      System.out.println(model.version() + ": " + model.figures());
    }
  }
}
