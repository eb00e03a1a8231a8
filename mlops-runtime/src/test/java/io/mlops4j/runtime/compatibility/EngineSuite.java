package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.LoadRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An open engine over counted memory, and the check after each test that all of it was freed. */
abstract class EngineSuite {
  static final LoadRequest ANY = LoadRequest.on(DeviceRequest.any());

  final EngineUnderTest tested = engine();
  final DirectMemory memory = new DirectMemory();
  Engine engine;

  /** The engine and its models. */
  protected abstract EngineUnderTest engine();

  @BeforeEach
  void open() {
    Excuses.check(this, "all tests", tested.cannotRun());
    engine = tested.provider().open(EngineOptions.of(memory, 1));
  }

  @AfterEach
  void everyByteIsFreed() {
    if (engine != null) {
      engine.close();
    }
    assertThat(memory.bytes()).as("bytes of host memory that are still lent").isZero();
    assertThat(memory.blocks()).isZero();
  }

  EngineModel load(Job job) {
    Excuses.check(this, job, tested.cannot(job));
    return load(tested.model(job));
  }

  EngineModel load(ElementType type) {
    Excuses.check(this, type, tested.cannot(type));
    return load(tested.identity(type));
  }

  EngineModel load(TestModel model) {
    return load(PathSource.of(tested.format(), model.path()), model);
  }

  EngineModel load(PathSource source, TestModel model) {
    return engine.load(source, model.request(ANY));
  }
}
