/**
 * Gymnasium's planar models as MJCF, written anew from the numbers of gymnasium/envs/mujoco/assets (Farama-Foundation/Gymnasium,
 * commit 3f0476a: hopper.xml, inverted_double_pendulum.xml): what is drawn only is left out, names are ours, and the energy is
 * computed. MuJoCo's plane is x-z; counter-clockwise in ours is a turn about -y.
 */

/** qpos: x, z, torso (about +y: clockwise), thigh, leg, foot (about -y: counter-clockwise). Four steps are one control step. */
export const hopper = `
<mujoco model="hopper">
  <compiler angle="degree"/>
  <option integrator="RK4" timestep="0.002"><flag energy="enable"/></option>
  <default>
    <joint type="hinge" axis="0 -1 0" armature="1" damping="1" limited="true"/>
    <geom type="capsule" condim="1" margin="0.001" solimp=".8 .8 .01" solref=".02 1" friction="0.9"/>
    <motor ctrllimited="true" ctrlrange="-1 1" gear="200"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" condim="3" size="20 20 .125" friction="1"/>
    <body name="torso" pos="0 0 1.25">
      <joint name="x" type="slide" axis="1 0 0" pos="0 0 -1.25" armature="0" damping="0" limited="false"/>
      <joint name="z" type="slide" axis="0 0 1" pos="0 0 -1.25" ref="1.25" armature="0" damping="0" limited="false"/>
      <joint name="torso" axis="0 1 0" armature="0" damping="0" limited="false"/>
      <geom size="0.05 0.2"/>
      <body name="thigh" pos="0 0 -0.2">
        <joint name="thigh" range="-150 0"/>
        <geom size="0.05 0.225" pos="0 0 -0.225"/>
        <body name="leg" pos="0 0 -0.7">
          <joint name="leg" pos="0 0 0.25" range="-150 0"/>
          <geom size="0.04 0.25"/>
          <body name="foot" pos="0.13 0 -0.35">
            <joint name="foot" pos="-0.13 0 0.1" range="-45 45"/>
            <geom size="0.06 0.195" pos="-0.065 0 0.1" euler="0 90 0" friction="2"/>
          </body>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator><motor joint="thigh"/><motor joint="leg"/><motor joint="foot"/></actuator>
</mujoco>`

/**
 * qpos: cart, then the two poles (about +y: clockwise). Five steps are one control step; the one site is the tip.
 * Gymnasium's sideways gravity of 1e-5 m/s² is left out: it only tips an exact balance, and ours has none.
 */
export const doublePendulum = `
<mujoco model="double pendulum">
  <option gravity="0 0 -9.81" integrator="RK4" timestep="0.01"><flag energy="enable"/></option>
  <default><joint type="hinge" axis="0 1 0" damping="0.05"/><geom type="capsule" contype="0" conaffinity="0"/></default>
  <worldbody>
    <body name="cart">
      <joint name="slider" type="slide" axis="1 0 0" limited="true" margin="0.01" range="-1 1"/>
      <geom size="0.1" fromto="-0.1 0 0 0.1 0 0"/>
      <body name="pole">
        <joint name="pole"/>
        <geom size="0.045" fromto="0 0 0 0 0 0.6"/>
        <body name="pole2" pos="0 0 0.6">
          <joint name="pole2"/>
          <geom size="0.045" fromto="0 0 0 0 0 0.6"/>
          <site name="tip" pos="0 0 0.6"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator><motor joint="slider" gear="500" ctrllimited="true" ctrlrange="-1 1"/></actuator>
</mujoco>`
