/** To be imported before anything that checks messages: the page's content security policy forbids compiling checks at run time. */
import * as z from 'zod'

z.config({ jitless: true })
