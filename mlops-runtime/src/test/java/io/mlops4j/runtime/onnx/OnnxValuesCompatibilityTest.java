package io.mlops4j.runtime.onnx;

import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.runtime.compatibility.EngineUnderTest;
import io.mlops4j.runtime.compatibility.EngineValuesCompatibility;

@DependsOnJava
class OnnxValuesCompatibilityTest extends EngineValuesCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new OnnxUnderTest();
  }
}
