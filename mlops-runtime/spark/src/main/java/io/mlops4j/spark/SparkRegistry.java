package io.mlops4j.spark;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.FileModelRegistry;
import io.mlops4j.runtime.registry.JdbcModelRegistry;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The address of a registry that the driver and every executor can open. Immutable and thread safe.
 *
 * <p>Spark sends it to the executors with each task, the properties of a database included.
 */
public final class SparkRegistry implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String address;

  private final TreeMap<String, String> properties;

  private final boolean database;

  private SparkRegistry(String address, boolean database, Map<String, String> properties) {
    this.address = address;
    this.database = database;
    this.properties = new TreeMap<>(properties);
  }

  /**
   * Names a registry in a folder that all machines share.
   *
   * @param path the folder, at the same path on all machines
   * @return the address
   */
  public static SparkRegistry folder(String path) {
    return new SparkRegistry(
        Path.of(Objects.requireNonNull(path, "path")).toAbsolutePath().toString(), false, Map.of());
  }

  /**
   * Names a registry in a database. Its driver must be on the class path of the executors.
   *
   * @param address for example {@code jdbc:postgresql://host/database}
   * @param properties the driver's properties, for example {@code user} and {@code password}
   * @return the address
   */
  public static SparkRegistry jdbc(String address, Map<String, String> properties) {
    return new SparkRegistry(
        Objects.requireNonNull(address, "address"),
        true,
        Objects.requireNonNull(properties, "properties"));
  }

  ModelRegistry open() {
    if (!database) {
      if (!Files.isDirectory(Path.of(address))) { // opening it would make an empty registry
        throw new RegistryException(
            "%s: found no folder, expected a registry that all machines share; mount it, or publish a model there first"
                .formatted(address),
            null);
      }
      return FileModelRegistry.open(Path.of(address));
    }
    Properties all = new Properties();
    all.putAll(properties);
    return JdbcModelRegistry.builder(address, all).open();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SparkRegistry that
        && database == that.database
        && address.equals(that.address)
        && properties.equals(that.properties);
  }

  @Override
  public int hashCode() {
    return address.hashCode();
  }

  /**
   * Returns the address without the properties, which may hold a password.
   *
   * @return the folder or the address of the database
   */
  @Override
  public String toString() {
    return address;
  }
}
