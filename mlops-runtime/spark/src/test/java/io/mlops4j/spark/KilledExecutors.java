package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The driver of a cluster whose executors the soak of {@code mlops-bench} kills. For each line of
 * standard input a job scores flights, and prints the number of rows in its result, the number in
 * the figures, and the digest of the result.
 */
final class KilledExecutors {
  private static final int PARTITIONS = 16;

  private KilledExecutors() {}

  /** The Parquet file, the file of the model, and a folder. */
  public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
    Path folder = Path.of(args[2], "registry");
    try (ModelRegistry registry = FileModelRegistry.open(folder)) {
      ModelVersion version =
          registry.publish(ModelCard.builder("flight-delay").build(), Path.of(args[1]));
      registry.assign("flight-delay@champion", version, Change.by("soak"));
    }
    String scored = Path.of(args[2], "scored.parquet").toString();
    try (SparkSession spark = Sessions.cluster(1);
        SparkModel model =
            SparkModel.load(
                spark, RegistryAddress.folder(folder.toString()), "flight-delay@champion")) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (in.readLine() != null) {
        model
            .transform(spark.read().parquet(args[0]).repartition(PARTITIONS, col("id")))
            .select("id", "probability")
            .write()
            .mode("overwrite")
            .parquet(scored);
        long counted = model.figures().rows();
        System.out.println(result(spark, scored) + " " + counted);
      }
    }
  }

  /** Reads the result row by row: the heap of the driver would not hold all rows. */
  private static String result(SparkSession spark, String scored) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Float.BYTES);
    Iterator<Row> rows = spark.read().parquet(scored).orderBy("id").toLocalIterator();
    long count = 0;
    while (rows.hasNext()) {
      Row row = rows.next();
      digest.update(bytes.clear().putLong(row.getLong(0)).putFloat(row.getFloat(1)).flip());
      count++;
    }
    return count + " " + HexFormat.of().formatHex(digest.digest());
  }
}
