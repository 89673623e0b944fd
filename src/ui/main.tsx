/** The window's entry: the theme first, so that nothing is painted in the wrong one, then the app. */
import './app/jitless.ts'
import './theme/theme.css'
import './theme/controls.css'
import './theme/layout.css'
import './app/app.css'
import './theme/theme.ts'
import { render } from 'preact'
import { App } from './app/app.tsx'

render(<App />, document.getElementById('app')!)
