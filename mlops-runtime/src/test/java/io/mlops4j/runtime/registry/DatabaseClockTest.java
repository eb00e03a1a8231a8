package io.mlops4j.runtime.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.VerifyOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** Writers share the clock of their database. */
class DatabaseClockTest {
  private static final Path MODEL =
      Path.of("src/test/resources/io/mlops4j/runtime/models/mlp4.onnx");
  private static final String ALIAS = "mlp@champion";
  private static final Instant DATABASES = Instant.parse("2031-05-06T07:08:09.123456Z");

  private final JdbcDataSource source = new JdbcDataSource();
  private Instant databases = DATABASES;

  DatabaseClockTest() {
    source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
  }

  private ModelRegistry open(RegistryOptions options) {
    return JdbcModelRegistry.builder(clocked()).options(options).open();
  }

  /** The database, whose clock shows {@link #databases}. */
  private DataSource clocked() {
    return proxy(
        DataSource.class,
        source,
        (answer, arguments) -> {
          return answer instanceof Connection connection
              ? proxy(Connection.class, connection, (result, unused) -> result)
              : answer;
        });
  }

  private interface After {
    Object change(Object answer, Object[] arguments);
  }

  private <T> T proxy(Class<T> type, T real, After after) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (arguments != null && "SELECT CURRENT_TIMESTAMP".equals(arguments[0])) {
                arguments[0] = "SELECT TIMESTAMP WITH TIME ZONE '" + databases + "'";
              }
              try {
                return after.change(method.invoke(real, arguments), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Test
  void recordsHaveTheTimeOfTheDatabase() {
    try (ModelRegistry registry = open(RegistryOptions.builder().build())) {
      ModelVersion first = registry.publish(ModelCard.builder("mlp").build(), MODEL);
      ModelVersion second =
          registry.publish(ModelCard.builder("mlp").parameter("b", "2").build(), MODEL);
      registry.assign(ALIAS, first, Change.by("ana"));
      databases = DATABASES.plusSeconds(100);
      AliasRecord record = registry.assign(ALIAS, second, Change.by("ben"));

      assertThat(record.at()).isEqualTo(databases).isEqualTo(record.clock());
      assertThat(registry.at(ALIAS, DATABASES.plusSeconds(1)).orElseThrow().to()).isEqualTo(first);
      assertThat(registry.at(ALIAS, databases).orElseThrow().to()).isEqualTo(second);
      assertThat(registry.status(second).published()).isEqualTo(DATABASES);
      assertThat(registry.verify(VerifyOptions.defaults()).jumps()).isEmpty();
    }
  }

  @Test
  void aClockOfTheOptionsCountsInstead() {
    Instant chosen = DATABASES.minus(Duration.ofDays(100));
    RegistryOptions options =
        RegistryOptions.builder().clock(Clock.fixed(chosen, ZoneOffset.UTC)).build();
    try (ModelRegistry registry = open(options)) {
      ModelVersion first = registry.publish(ModelCard.builder("mlp").build(), MODEL);
      assertThat(registry.assign(ALIAS, first, Change.by("ana")).at()).isEqualTo(chosen);
    }
  }
}
