package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** A program for {@code spark-submit}. Prints a sum, and where classes are loaded from. */
public final class SubmittedJob {
  private SubmittedJob() {}

  /** The folder of the registry. */
  public static void main(String[] args) throws ClassNotFoundException, IOException {
    try (SparkSession spark = SparkSession.builder().getOrCreate();
        SparkModel model =
            SparkModel.load(spark, RegistryAddress.folder(args[0]), "plus@champion")) {
      System.out.println(
          "sum "
              + model
                  .transform(spark.range(0, 1000, 1, 2).select(col("id").cast("float").as("x")))
                  .agg(sum("y"))
                  .first()
                  .getDouble(0));
    }
    for (String name :
        List.of(
            "io.mlops4j.runtime.ModelRuntime",
            "ai.onnxruntime.OrtEnvironment",
            "org.apache.arrow.vector.FieldVector",
            "com.fasterxml.jackson.databind.ObjectMapper",
            "com.google.protobuf.Message",
            "org.slf4j.Logger")) {
      boolean ofSpark = Class.forName(name).getClassLoader() == SparkSession.class.getClassLoader();
      System.out.println(name + (ofSpark ? " of Spark" : " of the job"));
    }
  }
}
