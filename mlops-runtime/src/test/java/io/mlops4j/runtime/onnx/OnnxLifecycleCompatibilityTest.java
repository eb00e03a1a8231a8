package io.mlops4j.runtime.onnx;

import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.runtime.compatibility.EngineLifecycleCompatibility;
import io.mlops4j.runtime.compatibility.EngineUnderTest;

@DependsOnJava
class OnnxLifecycleCompatibilityTest extends EngineLifecycleCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new OnnxUnderTest();
  }
}
