package io.mlops4j.runtime.onnx;

import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.runtime.compatibility.EngineInputCompatibility;
import io.mlops4j.runtime.compatibility.EngineUnderTest;

@DependsOnJava
class OnnxInputCompatibilityTest extends EngineInputCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new OnnxUnderTest();
  }
}
