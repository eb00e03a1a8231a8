package io.mlops4j.runtime.onnx;

import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.runtime.compatibility.EngineRuntimeCompatibility;
import io.mlops4j.runtime.compatibility.EngineUnderTest;

@DependsOnJava
class OnnxRuntimeCompatibilityTest extends EngineRuntimeCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new OnnxUnderTest();
  }
}
