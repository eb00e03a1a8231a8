package io.mlops4j.runtime.registry;

import io.mlops4j.model.DatasetRef;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.GoldenRows;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.runtime.trust.ModelSigner;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Model files and cards for the tests of the registry. */
public final class Models {
  // By sha256sum.
  public static final Digest MLP4 =
      Digest.parse("sha256:4f119c257c6f127a491cfe0b3a97ff1aebbb3e6cff821b665445ed04fee2e6d0");
  public static final Digest MLP4_WRONG =
      Digest.parse("sha256:26d3aa49ed4515c79e8e1577bd75a7cff61ef735a3d3d951ac98a8c9920dc549");

  private Models() {}

  /** One with a new key. */
  public static ModelSigner signer() {
    KeyPair keys = keys("EC");
    return ModelSigner.of(keys.getPrivate(), keys.getPublic());
  }

  static KeyPair keys(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file that belongs to what a registry stores: not one that it only locks. */
  static boolean isStored(Path path) {
    return Files.isRegularFile(path) && !path.toString().contains(".locks");
  }

  /** The digests of all such files, by their names in a folder. */
  static Map<String, Digest> tree(Path folder) throws IOException {
    Map<String, Digest> digests = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Models::isStored).toList()) {
        digests.put(folder.relativize(path).toString(), Digest.sha256(path));
      }
    }
    return digests;
  }

  public static Path mlp4(Path folder) throws IOException {
    return copy("mlp4.onnx", folder);
  }

  public static Path mlp4Wrong(Path folder) throws IOException {
    return copy("mlp4_wrong.onnx", folder);
  }

  private static Path copy(String name, Path folder) throws IOException {
    try (InputStream in = Models.class.getResourceAsStream("../models/" + name)) {
      return Files.write(
          Files.createDirectories(folder).resolve(name), Objects.requireNonNull(in).readAllBytes());
    }
  }

  public static ModelCard card(String name) {
    return ModelCard.builder(name).owner("ops-ml").build();
  }

  /** A card that says everything that a card could say when its form was new. */
  public static ModelCard fullCard(String name) {
    return ModelCard.builder(name)
        .owner("ops-ml")
        .licence("Apache-2.0")
        .intendedUse("warn passengers; not for crew scheduling")
        .description("late by more than 15 minutes? \"Größe\" \u2708 \\ \n second line")
        .features(
            FeatureSchema.of(
                    Feature.of("distance", ElementType.FLOAT32)
                        .withColumn("distance_km")
                        .withNulls(NullPolicy.nan()),
                    Feature.of("hour", ElementType.INT16)
                        .withNulls(NullPolicy.replaceWith((short) 12)),
                    Feature.of("weekday").withNulls(NullPolicy.replaceWith(3L)),
                    Feature.of("ratio", ElementType.FLOAT64)
                        .withNulls(NullPolicy.replaceWith(0.1f)),
                    Feature.of("holiday", ElementType.BOOL)
                        .withNulls(NullPolicy.replaceWith(false)),
                    Feature.of("origin", ElementType.STRING)
                        .withNulls(NullPolicy.replaceWith("???")))
                .withKey("flight_id")
                .withKey("day"))
        .trainedOn(DatasetRef.of("flights-2001-02", MLP4_WRONG))
        .trainedOn(DatasetRef.of("flights-2001-01", MLP4))
        .metric("roc_auc", 0.65)
        .metric("tiny", Double.MIN_VALUE)
        .metric("large", Double.parseDouble("2e23"))
        .metric("zero", -0.0)
        .parameter("seed", "42")
        .parameter("commit", "0123abc")
        .goldenRows(
            GoldenRows.within(1e-6)
                .withInput("distance", 2176f, 0.1f, null)
                .withInput("hour", (short) 7, (short) 8, (short) 9)
                .withInput("weekday", 1L, Long.MAX_VALUE, null)
                .withInput("mixed", 1, 2.5f, null)
                .withInput("whole", (byte) 1, 2L, 3)
                .withInput("bytes", (byte) -128, null, (byte) 127)
                .withInput("ints", 1, 2, 3)
                .withInput("holiday", true, false, null)
                .withInput("origin", "LAS", "", null)
                .withInput("nothing", null, null, null)
                .withOutput("probability", 0.1f, Float.NaN, Float.NEGATIVE_INFINITY)
                .withOutput("score", 0.1, -0.0, Double.POSITIVE_INFINITY))
        .build();
  }
}
