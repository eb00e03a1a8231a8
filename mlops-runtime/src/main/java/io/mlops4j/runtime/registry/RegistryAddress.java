package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.ModelRegistry;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The address of a registry that several machines can open, such as the driver and the executors of
 * a Spark job, or the client, the job manager and the task managers of a Flink job. Immutable and
 * thread safe.
 *
 * <p>It is serializable, because these engines send it to their machines as a part of the job, the
 * properties of a database included.
 */
public final class RegistryAddress implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String address;

  private final TreeMap<String, String> properties;

  private final boolean database;

  private RegistryAddress(String address, boolean database, Map<String, String> properties) {
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
  public static RegistryAddress folder(String path) {
    return new RegistryAddress(
        Path.of(Objects.requireNonNull(path, "path")).toAbsolutePath().toString(), false, Map.of());
  }

  /**
   * Names a registry in a database. Its driver must be on the class path of all machines.
   *
   * @param address for example {@code jdbc:postgresql://host/database}
   * @param properties the driver's properties, for example {@code user} and {@code password}
   * @return the address
   */
  public static RegistryAddress jdbc(String address, Map<String, String> properties) {
    return new RegistryAddress(
        Objects.requireNonNull(address, "address"),
        true,
        Objects.requireNonNull(properties, "properties"));
  }

  /**
   * Opens the registry.
   *
   * @return the registry, which the caller closes
   * @throws RegistryException if there is no such registry, or the database cannot be reached
   */
  public ModelRegistry open() {
    if (!database) {
      return FileModelRegistry.openExisting(Path.of(address));
    }
    Properties all = new Properties();
    all.putAll(properties);
    return JdbcModelRegistry.builder(address, all).open();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RegistryAddress that
        && database == that.database
        && address.equals(that.address)
        && properties.equals(that.properties);
  }

  @Override
  public int hashCode() {
    return address.hashCode();
  }

  /**
   * Returns the address without the properties, which may hold a password. The parameters of a
   * database's address are left out for the same reason.
   *
   * @return the folder or the address of the database, up to its first {@code ?} or {@code ;}
   */
  @Override
  public String toString() {
    return database ? address.split("[?;]", 2)[0] : address;
  }
}
